/// A system call that a new process makes before it runs a program.
struct ChildCall {
  /// What a call is for, which explains a failure.
  enum Stage { case starting, entering, mounting, preparing, rights, filtering, program }

  let stage: Stage
  let number: Int
  var arguments: (Int, Int, Int, Int, Int)
  /// Whether the process gives up if the call fails.
  var isRequired = true
  /// What the call returned.
  var result = -1

  init(
    _ stage: Stage, _ call: SystemCall, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0, _ d: Int = 0,
    _ e: Int = 0, isRequired: Bool = true
  ) {
    (self.stage, number, self.isRequired) = (stage, call.number, isRequired)
    arguments = (a, b, c, d, e)
  }
}
