"""The embedded engines: a real Apache Kafka and a real PostgreSQL as child processes, without root, Docker, Maven or Java.

Whoever has a cluster and a server needs none of this: the services only ever see their addresses.
"""
