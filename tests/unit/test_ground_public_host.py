"""Which hosts may be on the internet, by their name or address alone."""

import pytest

from sora2batch.ground.public_host import may_be_public


@pytest.mark.parametrize(
    "host", ["cdn.example.com", "CDN.Example.COM.", "8.8.8.8", "2606:4700::1111", "local.example.com"]
)
def test_a_name_with_a_dot_and_a_routed_address_may_be(host):
    assert may_be_public(host)


@pytest.mark.parametrize(
    "host",
    [
        *(
            "localhost",
            "localhost.",
            "x.localhost",
            "nas",
            "nas.local",
            "NAS.LAN",
            "a.internal",
            "a.home.arpa",
            "",
        ),
        *(
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.7",
            "172.16.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *("::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1"),
    ],
)
def test_what_only_this_machine_or_network_knows_is_not(host):
    assert not may_be_public(host)
