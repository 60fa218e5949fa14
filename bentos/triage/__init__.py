"""The domain: what happens to a ticket, room by room. No framework is imported here."""
