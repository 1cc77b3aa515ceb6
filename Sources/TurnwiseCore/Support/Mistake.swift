/// Checks a precondition and, unlike `precondition`, prints its message in release builds too.
///
/// A programming error cannot be handled, so it ends the process; but the programmer needs the message.
/// `precondition` prints it in debug builds only. This check prints `File.swift:LINE: Fatal error: MESSAGE`
/// on standard error in every build.
///
/// Every check that has a message and can be reached by a call to a public function uses this function. Only
/// `TurnwiseKernels` and `TurnwiseNumerics` use `precondition`: no product exposes them, and the model has
/// checked their arguments. Bad *input* (files, options of the command line, arguments of an agent) is not
/// a programming error: it throws.
///
/// - Parameters:
///   - condition: What must be true.
///   - sentence: The message: what is wrong, with the value, and what would be right. Evaluated only if needed.
///   - file: The file to name: that of this call, or of the caller if it is passed on.
///   - line: The line to name.
@inlinable
package func require(
  _ condition: @autoclosure () -> Bool, _ sentence: @autoclosure () -> String,
  file: StaticString = #fileID, line: UInt = #line
) {
  guard condition() else { mistake(sentence(), file: file, line: line) }
}

/// Ends the process because of a programming error; see ``require(_:_:file:line:)``.
@usableFromInline
@inline(never)
package func mistake(
  _ sentence: String, file: StaticString = #fileID, line: UInt = #line
) -> Never {
  // Of the standard library's ways to stop, only this one prints its message in release builds.
  fatalError(sentence, file: file, line: line)
}
