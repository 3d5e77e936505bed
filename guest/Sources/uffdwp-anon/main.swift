import GuestKit
print(kit() ? "y": "n")
