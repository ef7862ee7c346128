"""Parts of the network panel."""
