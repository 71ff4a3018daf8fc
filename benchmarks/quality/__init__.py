"""Quality: how high the item stands that a person really chose next, beside simple rules and rivals."""
