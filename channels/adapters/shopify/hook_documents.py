"""The GraphQL documents about webhook subscriptions, our own writing, and what each costs.

User errors here are plain: they have no `code`, and their `field` tells what is wrong.
"""

from __future__ import annotations

from channels.adapters.shopify.documents import WRITE_COST, Operation

SUBSCRIPTIONS = Operation(
    "Subscriptions",
    """query Subscriptions($after: String) {
  webhookSubscriptions(first: 250, after: $after, sortKey: ID) {
    pageInfo { hasNextPage endCursor }
    nodes { id topic uri format includeFields filter }
  }
}""",
    root="webhookSubscriptions",
    cost=15,
)

SUBSCRIBE = Operation(
    "Subscribe",
    """mutation Subscribe(
  $topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!
) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) {
    webhookSubscription { id }
    userErrors { field message }
  }
}""",
    root="webhookSubscriptionCreate",
    cost=WRITE_COST,
)

MOVE = Operation(
    "MoveSubscription",
    """mutation MoveSubscription($id: ID!, $subscription: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $subscription) {
    webhookSubscription { id }
    userErrors { field message }
  }
}""",
    root="webhookSubscriptionUpdate",
    cost=WRITE_COST,
)

UNSUBSCRIBE = Operation(
    "Unsubscribe",
    """mutation Unsubscribe($id: ID!) {
  webhookSubscriptionDelete(id: $id) {
    deletedWebhookSubscriptionId
    userErrors { field message }
  }
}""",
    root="webhookSubscriptionDelete",
    cost=WRITE_COST,
)

STATIC = (SUBSCRIPTIONS, SUBSCRIBE, MOVE, UNSUBSCRIBE)
