"""The routes, by topic. A further part of the service is one more router in ``app``."""
