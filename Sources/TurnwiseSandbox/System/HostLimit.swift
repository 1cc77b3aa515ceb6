internal import Glibc

extension Sandbox {
  /// Why this process cannot be expected to run at all: it may have too little memory for its threads, or
  /// no threads.
  ///
  /// Nil where it may have enough.
  public static var resourceShortage: String? {
    // Root may start as many as there is room for.
    let limits: [HostLimit] = [.addressSpace, .data] + (geteuid() == 0 ? [] : [.processes])
    return limits.lazy.compactMap(\.refusal).first?.detail
  }
}

/// A limit of the kernel on this process and what it starts (getrlimit(2)), which a sandbox can lower
/// further and never raise.
struct HostLimit: Sendable {
  /// What the limit is on.
  let name: String
  /// The letter of bash's `ulimit` for it, and how many units of the kernel that counts as one.
  let option: (letter: Character, unit: Int)
  /// The number of the kernel.
  let resource: Int
  /// What a sandbox cannot do without.
  let needed: Int

  /// Open files.
  ///
  /// Each slot of the host needs some 30: a sandbox, a shell that waits, one that comes up, and what a
  /// command says.
  static let openFiles = HostLimit(
    name: "open files", option: ("n", 1), resource: Int(RLIMIT_NOFILE.rawValue), needed: 64)
  /// Processes and threads of a user.
  static let processes = HostLimit(
    name: "processes and threads of this user", option: ("u", 1),
    resource: Int(__RLIMIT_NPROC.rawValue), needed: 16)
  /// The addresses of one process, of which this one needs most, for its threads: with 900 MB a check of an
  /// environment waited for one for ever.
  static let addressSpace = HostLimit(
    name: "virtual memory", option: ("v", 1024), resource: Int(RLIMIT_AS.rawValue),
    needed: 1 << 30)
  /// The memory that one process may write to and shares with no other, stacks of threads included.
  static let data = HostLimit(
    name: "memory for data", option: ("d", 1024), resource: Int(RLIMIT_DATA.rawValue),
    needed: 512 << 20)
  /// Seconds of processor time.
  static let processorTime = HostLimit(
    name: "processor time", option: ("t", 1), resource: Int(RLIMIT_CPU.rawValue), needed: 1)

  /// All that a sandbox with such limits depends on.
  static func all(for limits: Sandbox.Limits) -> [HostLimit] {
    // The host itself writes the files, and a signal would end it where one is too large.
    let fileSize = HostLimit(
      name: "file size", option: ("f", 1024), resource: Int(RLIMIT_FSIZE.rawValue),
      needed: limits.workspaceBytes)
    return [openFiles, processes, addressSpace, data, fileSize, processorTime]
  }

  /// The most that can be had; `Int.max` where there is no limit.
  var hard: Int { values.hard }

  /// Makes the limit of this process as large as can be had.
  func raise() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(UInt32(resource)), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(UInt32(resource)), &limit)
  }

  /// Why no sandbox can be had, if the limit is too low for one.
  var refusal: Sandbox.Refusal? {
    let (soft, hard) = values
    guard min(soft, hard) < needed else { return nil }
    // The hard limit bounds the soft one, which anybody may raise as far.
    let (kind, value) = hard < needed ? ("H", hard) : ("S", soft)
    return Sandbox.Refusal(
      .resourceLimit,
      detail: "The limit on \(name) (ulimit -\(kind)\(option.letter)) is \(value / option.unit); "
        + "at least \(needed / option.unit) is needed.")
  }

  /// The limit in a sentence, for an error that it may be the reason of; empty where there is none.
  static func hint(for error: Errno) -> String {
    let limit: HostLimit
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
