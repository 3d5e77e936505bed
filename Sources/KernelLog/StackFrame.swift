/// A function in a backtrace or in a `RIP:` line.
struct StackFrame: Equatable, Sendable {
  /// The function without offsets and without what the compiler appended (`.isra.0`, `.cold`).
  let function: String
  /// The symbol as it was printed, with what the compiler appended.
  let symbol: String
  /// How far into the function, and how long that is, in bytes; 0 where the kernel did not say.
  let offset: UInt64
  let size: UInt64

  /// Reads ` func+0x1a/0x20 [module]`; nil for anything else, and for frames marked `?`, which are
  /// left-overs on the stack.
  init?(traceLine message: String) {
    guard message.first == " " || message.first == "\t" else { return nil }
    let text = message.drop { $0 == " " || $0 == "\t" }
    guard !text.hasPrefix("?") else { return nil }
    self.init(symbol: text)
  }

  /// Reads `RIP: 0010:func+0x1a/0x20`; nil for user space (selector 0033) and raw addresses.
  init?(instructionPointerLine message: String) {
    guard let text = message.dropping(prefix: "RIP: 0010:") else { return nil }
    self.init(symbol: text)
  }

  /// Reads `func+0x1a/0x20` at the start of `text`.
  init?(symbol text: Substring) {
    guard let plus = text.firstIndex(of: "+"), text[plus...].hasPrefix("+0x") else { return nil }
    let name = text[..<plus]
    guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." })
    else { return nil }
    let parts = name.split(separator: ".", omittingEmptySubsequences: true)
    guard let function = parts.first else { return nil }
    self.function = String(function)
    symbol = String(name)
    let place = text[plus...].dropFirst().prefix { $0.isHexDigit || $0 == "x" || $0 == "/" }
    let numbers = place.split(separator: "/").map { UInt64($0.dropFirst(2), radix: 16) ?? 0 }
    offset = numbers.first ?? 0
    size = numbers.count > 1 ? numbers[1] : 0
  }

  /// Whether a function says anything about what went wrong; the machinery that prints splats,
  /// takes exceptions, checks locks and waits does not.
  static func isMeaningful(_ function: String) -> Bool {
    !noise.contains(function) && !noisePrefixes.contains { function.hasPrefix($0) }
  }

  /// Whether a function only noticed: the allocator that there is no memory, the slab that an object
  /// is spoilt.
  static func isMessenger(_ function: String, of kind: SplatKind) -> Bool {
    let messengers =
      switch kind {
      case .outOfMemory: allocators
      case .badPage: allocators + freers
      case .slab, .kfence, .kasan, .lockdep: slabs
      default: [String]()
      }
    return messengers.contains { function.hasPrefix($0) }
  }

  private static let allocators = [
    "__alloc_pages", "__alloc_frozen_pages", "alloc_pages", "alloc_page", "__folio_alloc",
    "folio_alloc", "vma_alloc_", "__get_free_pages", "mem_cgroup_out_of_memory", "try_charge",
    "mem_cgroup_charge", "__mem_cgroup_charge", "charge_memcg",
  ]

  private static let freers = [
    "free_pcp_prepare", "free_unref_page", "__free_frozen_pages", "free_frozen_pages",
    "__free_pages",
    "free_pages_prepare", "free_page_is_bad", "check_free_page", "__free_one_page",
    "free_tail_page",
    "get_page_from_freelist", "prep_new_page", "post_alloc_hook", "check_new_page", "rmqueue",
  ]

  private static let slabs = [
    "check_object", "check_slab", "free_to_partial_list", "free_debug_processing",
    "alloc_debug_processing", "alloc_single_from", "__slab_free", "___slab_alloc", "__slab_alloc",
    "slab_free", "slab_pad_check", "free_slab", "__free_slab", "kfree", "kmem_cache_free",
    "__kmem_cache_free", "list_slab_objects", "__kmem_cache_shutdown", "slab_bug",
  ]

  private static let noise: Set<String> = [
    "panic", "vpanic", "printk", "_printk", "vprintk", "schedule", "io_schedule", "context_switch",
    "schedule_timeout", "preempt_schedule_common", "preempt_schedule", "report_bug", "handle_bug",
    "no_context", "bad_area", "bad_area_nosemaphore", "do_user_addr_fault", "do_page_fault",
    "page_fault_oops", "page_fault", "do_error_trap", "do_trap", "fixup_bug", "general_protection",
    "invalid_op", "check_memory_region", "memcpy", "memset", "memmove", "bad_page",
    "check_prev_add",
    "check_prevs_add", "check_noncircular", "check_irq_usage", "check_deadlock", "validate_chain",
    "mark_lock", "mark_usage", "lock_acquire", "lock_release", "mark_lock_irq", "valid_state",
    "die", "die_addr", "cut_here", "end_repeat_nmi", "asm_common_interrupt", "common_interrupt",
    "sysvec_apic_timer_interrupt", "asm_sysvec_apic_timer_interrupt", "watchdog_timer_fn",
    "slab_err", "object_err", "check_bytes_and_report", "nmi_panic", "dump_header",
    "oom_kill_process", "out_of_memory", "mutex_lock", "mutex_lock_nested", "down_read",
    "down_write", "wait_for_completion", "rwsem_down_read_slowpath", "rwsem_down_write_slowpath",
    "refcount_warn_saturate", "lockdep_rcu_suspicious", "might_resched",
    "check_preemption_disabled", "unknown_nmi_error", "do_syscall_64",
    "x64_sys_call", "entry_SYSCALL_64_after_hwframe", "ret_from_fork", "ret_from_fork_asm",
    "kthread", "do_raw_spin_lock", "_raw_spin_lock", "_raw_spin_lock_irq",
    "_raw_spin_lock_irqsave", "_raw_spin_lock_bh", "queued_spin_lock_slowpath",
    "native_queued_spin_lock_slowpath", "delay_tsc", "delay_halt", "__delay", "__const_udelay",
    "msleep", "usleep_range_state", "syscall_exit_to_user_mode", "irqentry_exit_to_user_mode",
    "exit_to_user_mode_prepare", "exit_to_user_mode_loop", "slab_fix", "lock_release_non_nested",
  ]

  private static let noisePrefixes = [
    "dump_stack", "show_stack", "__dump_stack", "show_trace", "print_", "__warn", "warn_slowpath",
    "kasan_", "__kasan", "__asan", "kcsan_", "__kcsan", "__tsan", "kmsan_", "__msan", "kfence_",
    "ubsan_", "__ubsan", "exc_", "asm_exc_", "oops_begin", "oops_e", "die_", "__die",
    "__list_add_valid",
    "__list_del_entry_valid", "__schedule", "hrtimer_", "__hrtimer", "tick_",
    "update_process_times",
    "nmi_", "__lock_acquire", "__lock_release", "reacquire_held", "rcu_sched_clock_irq",
    "rcu_check_gp", "__might_", "___might", "sched_show_task", "rwsem_down", "__mutex_lock",
    "__down_", "__wait_for_common", "native_apic", "apic_timer", "crash_kexec", "__crash_kexec",
    "spin_dump", "spin_bug", "hardlockup_", "watchdog_", "debug_check_no_locks", "__stack_chk_fail",
    "usercopy_abort", "__check_object_size", "__check_heap_object", "check_heap_object",
    "__fortify", "fortify_",
    "perf_", "__perf", "x86_perf",
  ]
}
