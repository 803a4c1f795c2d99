"""What commands say: the ports that cli implements, failures in words, problems with their lines, JSON."""
