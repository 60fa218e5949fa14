"""Names of persons: a linear-chain CRF over the words of a ticket, in three languages."""
