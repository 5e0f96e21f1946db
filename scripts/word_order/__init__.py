"""What ``scripts/train_order.py`` is made of."""
