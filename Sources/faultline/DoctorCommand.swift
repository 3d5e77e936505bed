internal import ArgumentParser
internal import Foundation
internal import Lab
internal import Machine

/// `faultline doctor`: what this host has, lacks, and how to mend it.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract:
      "Check libvirt, QEMU, KVM, space, packages and kernels; say how to mend what is not well.")

  func run() async throws {
    let workspace = try Workspace()
    let findings = await Doctor(
      workspace.installation, workspace.kernels, machine: try workspace.machine("small")
    ).findings()
    let width = findings.map(\.subject.count).max() ?? 0
    for finding in findings {
      let subject = finding.subject.padding(toLength: width, withPad: " ", startingAt: 0)
      Terminal.out("\(finding.isGood ? "✓" : "✗") \(subject)  \(finding.detail)\n")
      if let fix = finding.fix {
        Terminal.out("  \(String(repeating: " ", count: width))  try: \(fix)\n")
      }
    }
    guard findings.allSatisfy(\.isGood) else { throw ExitStatus.hostTrouble.code }
  }
}
