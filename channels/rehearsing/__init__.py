"""What every kind's sandbox is made of: a loopback server, a memory that survives kills, faults on
demand, a journal, forms. Plain Python; how a vendor behaves lies with its adapter."""
