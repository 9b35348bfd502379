"""HTTP only: routes, the edge around them, and how answers leave. Layer 4: imports everything but statline."""
