import GuestKit
Suite.main {}
