"""Which hosts may be on the internet, by their name or address alone."""

import pytest

from sora2batch.ground.public_host import may_be_public, plain_host


@pytest.mark.parametrize(
    "host",
    [
        "cdn.example.com",
        "CDN.Example.COM.",
        "8.8.8.8",
        "134744072",
        "2606:4700::1111",
        "64:ff9b::808:808",
        "local.example.com",
        "fóx.example.com",
    ],
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
        *("::1", "fe80::1%eth0", "fd00::1", "fec0::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "[::1]"),
        *("64:ff9b::7f00:1", "2002:a01:203::", "::10.0.0.1", "::"),
        *("127.1", "0x7f.1", "2130706433", "017700000001", "0", "10.1", "127.0.0.1.", "127.0.0.1.."),
        *("１２７.０.０.１", "ｌocalhost", "%6cocalhost", "%31%32%37.1", "l\u00adocalhost", "nas。local"),
        *("127.0.0.1\\.example.com", "1.2.3.4.5", "example.0x7f", "a b.example.com"),
    ],
)
def test_what_only_this_machine_or_network_knows_is_not(host):
    assert not may_be_public(host)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("CDN.Example.COM.", "cdn.example.com."),
        ("fóx.example.com", "xn--fx-5ja.example.com"),
        ("0x7f.1", "127.0.0.1"),
        ("[2606:4700:0:0::1111]", "2606:4700::1111"),
        ("my_bucket.example.com", "my_bucket.example.com"),
        ("", None),
        ("1.2.3.4.5", None),
        ("[::g]", None),
    ],
)
def test_a_host_is_read_as_browsers_read_it(written, read):
    assert plain_host(written) == read
