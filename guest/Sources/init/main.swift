// PID 1 of the guest: sets the machine up as the initramfs says, greets the host, and runs programs for it.
// It never exits: the kernel would panic, and the panic would be blamed on the test that ran.
import CInit
import GuestProtocol

guard ci_pid() == 1 else {
  print("init: this is the first program of a guest and runs as PID 1 only; try faultline run")
  exitWithUsage()
}
ci_guard()
boot()

/// Sets the machine up and serves the host.
func boot() -> Never {
  let began = ci_uptime_ms()
  var setUp = SetUp()
  setUp.prepare()
  let log = KernelMessages()
  let children = ci_child_signals()
  let announcements = ci_device_events()
  setUp.obey(Files.bytes(MachineSetup.path, limit: MachineSetup.textBytes + 1))
  _ = ci_lock_memory()
  setUp.endPhase("rest")
  guard let port = PortSearch.open(announcements: announcements) else {
    log.write("no virtio port is called \(PortSearch.name), powering off")
    end()
  }
  if announcements >= 0 { ci_close(announcements) }
  setUp.endPhase("port")
  Agent(setUp: setUp, port: Port(port), log: log, children: children, began: began).serve()
  end()
}

/// Powers the guest off, whatever it takes.
func end() -> Never {
  _ = ci_power_off()
  _ = ci_restart()
  while true { ci_sleep_ms(1000) }
}

/// Ends a program that was started as something else than PID 1.
func exitWithUsage() -> Never {
  ci_exit(64)
}
