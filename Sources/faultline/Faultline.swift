internal import ArgumentParser
internal import Foundation

/// The root command.
struct Faultline: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "faultline",
    abstract:
      "Does this kernel keep its promises about write-protection, swap, huge pages and fork?",
    discussion: """
      Boots Linux kernels in QEMU through libvirt, runs small static test programs in them, and \
      says which promises each keeps.

      Exit status: 0 as expected, 1 failures, 64 usage, 69 host or harness trouble, 70 a bug in \
      faultline, 130 interrupted.
      """,
    subcommands: [
      RunCommand.self, CheckCommand.self, BisectRunCommand.self, MutantsCommand.self,
      CompareCommand.self, ReportCommand.self, HistoryCommand.self, RunsCommand.self,
      ShowCommand.self, ServeCommand.self, ImportCommand.self, ExportCommand.self,
      MergeCommand.self, PruneCommand.self, GuestsCommand.self, DumpCommand.self,
      ListCommand.self, CatalogueCommand.self, KernelsCommand.self, DoctorCommand.self,
    ])
}
