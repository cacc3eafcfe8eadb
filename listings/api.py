"""The API of this app."""

from django.urls import URLPattern

urls: list[URLPattern] = []
