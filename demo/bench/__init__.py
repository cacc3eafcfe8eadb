"""What `make bench` measures: the system's heaviest work, each part beside its floor in the same run.

`python -m demo.bench [NAME …]` starts servers of its own over a directory that it throws away afterwards, durable as
those of `make run` are, fills them, and measures floor, app, floor, app, three rounds of it. It prints one table and
writes `bench.json`. Below, "app" is what the product does and "floor" the barest thing that could do the same.
"""
