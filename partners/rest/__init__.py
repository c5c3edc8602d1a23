"""How every resource speaks with partners: keys, scopes, pages, problems, repeats, tags, limits.

A resource is a serializer and a view set derived from `views.Resource`; nothing else of it is here.
"""
