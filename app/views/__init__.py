"""One file a panel; each subscribes to the state and draws it."""
