"""Programs that statline is measured against."""
