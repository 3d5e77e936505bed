import GuestKit

Escort.main()
