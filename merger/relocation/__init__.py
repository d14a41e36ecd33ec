"""Persons to posts: attributes of the roster, post groups, costs, entitlements; used by stage relocate."""
