internal import Glibc

extension Sandbox {
  /// Why this process cannot be expected to run at all: it may use too little memory for its threads,
  /// or start no threads.
  ///
  /// Nil if the limits of the process are high enough.
  public static var resourceShortage: String? {
    // The limit on processes does not apply to root.
    let limits: [ResourceLimit] = [.addressSpace, .data] + (geteuid() == 0 ? [] : [.processes])
    return limits.lazy.compactMap(\.refusal).first?.detail
  }
}

/// A limit of the kernel on this process and the processes that it starts (getrlimit(2)).
///
/// A sandbox can lower such a limit and never raise it.
struct ResourceLimit: Sendable {
  /// What is limited.
  let name: String
  /// The letter of the limit in bash's `ulimit`, and how many of the kernel's units one unit of
  /// `ulimit` has.
  let option: (letter: Character, unit: Int)
  /// The number of the resource in the kernel.
  let resource: Int
  /// The least value with which a sandbox works.
  let needed: Int

  /// The number of open files.
  ///
  /// Each slot of the host needs some 30: for a sandbox, a waiting shell, a sandbox that is starting,
  /// and the outputs of a command.
  static let openFiles = ResourceLimit(
    name: "open files", option: ("n", 1), resource: Int(RLIMIT_NOFILE.rawValue), needed: 64)
  /// The number of processes and threads of a user.
  static let processes = ResourceLimit(
    name: "processes and threads of this user", option: ("u", 1),
    resource: Int(__RLIMIT_NPROC.rawValue), needed: 16)
  /// The address space of one process.
  ///
  /// The host needs most of it for its threads. With 900 MB, a check of an environment waited forever
  /// for a thread.
  static let addressSpace = ResourceLimit(
    name: "virtual memory", option: ("v", 1024), resource: Int(RLIMIT_AS.rawValue),
    needed: 1 << 30)
  /// The private writable memory of one process, including the stacks of its threads.
  static let data = ResourceLimit(
    name: "memory for data", option: ("d", 1024), resource: Int(RLIMIT_DATA.rawValue),
    needed: 512 << 20)
  /// The processor time in seconds.
  static let processorTime = ResourceLimit(
    name: "processor time", option: ("t", 1), resource: Int(RLIMIT_CPU.rawValue), needed: 1)

  /// All limits that a sandbox with the given limits depends on.
  static func all(for limits: Sandbox.Limits) -> [ResourceLimit] {
    // The host writes the files itself, and a signal ends a process that writes a file too large.
    let fileSize = ResourceLimit(
      name: "file size", option: ("f", 1024), resource: Int(RLIMIT_FSIZE.rawValue),
      needed: limits.workspaceBytes)
    return [openFiles, processes, addressSpace, data, fileSize, processorTime]
  }

  /// The hard limit; `Int.max` if there is none.
  var hard: Int { values.hard }

  /// Raises the soft limit of this process to the hard limit.
  func raise() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(UInt32(resource)), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(UInt32(resource)), &limit)
  }

  /// The refusal if the limit is too low for a sandbox; nil if it is not.
  var refusal: Sandbox.Refusal? {
    let (soft, hard) = values
    guard min(soft, hard) < needed else { return nil }
    // Name the hard limit only if raising the soft limit up to it would not be enough.
    let (kind, value) = hard < needed ? ("H", hard) : ("S", soft)
    return Sandbox.Refusal(
      .resourceLimit,
      detail: "The limit on \(name) (ulimit -\(kind)\(option.letter)) is \(value / option.unit); "
        + "at least \(needed / option.unit) is needed.")
  }

  /// A sentence about the limit that may have caused an error; empty if there is no such limit.
  static func hint(for error: Errno) -> String {
    let limit: ResourceLimit
    switch error.code {
    case EAGAIN: limit = processes
    case EMFILE: limit = openFiles
    case ENOMEM: limit = addressSpace.hard < data.hard ? addressSpace : data
    default: return ""
    }
    let hard = limit.hard
    if hard == .max { return "" }
    return " The limit on \(limit.name) (ulimit -H\(limit.option.letter)) is "
      + "\(hard / limit.option.unit); a higher one may help."
  }

  private var values: (soft: Int, hard: Int) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(UInt32(resource)), &limit) == 0 else { return (.max, .max) }
    return (Int(clamping: limit.rlim_cur), Int(clamping: limit.rlim_max))
  }
}
