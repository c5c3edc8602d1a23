"""Shopify: GraphQL Admin API."""
