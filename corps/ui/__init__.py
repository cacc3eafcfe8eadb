"""The Python side of the components that pages are built from; docs/interface.md shows each of them in use."""
