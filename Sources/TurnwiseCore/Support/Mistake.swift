/// Holds a caller to what a function asks of it, and says what is wrong in every build.
///
/// A mistake in a program that uses Turnwise cannot be handled, so it ends the process; but whoever made it
/// must be told. `precondition` prints its sentence in debug builds only. This check prints
/// `File.swift:LINE: Fatal error: SENTENCE` on standard error in release builds, too.
///
/// The rule: every check that has a sentence and can be reached by a call to a public function goes through
/// here. Only `TurnwiseKernels` and `TurnwiseNumerics` keep `precondition`: no product exposes them,
/// and the model has checked what it hands them. Bad *input* (files, options of the command line,
/// arguments of an agent) is never a mistake of the program: it is an error that is thrown.
///
/// - Parameters:
///   - condition: What must be true.
///   - sentence: What is wrong, with the value, and what would be right; made only if it is needed.
///   - file: The file that is named: this call's, or the caller's where that is handed down.
///   - line: The line that is named.
@inlinable
package func require(
  _ condition: @autoclosure () -> Bool, _ sentence: @autoclosure () -> String,
  file: StaticString = #fileID, line: UInt = #line
) {
  guard condition() else { mistake(sentence(), file: file, line: line) }
}

/// Ends the process because of a mistake in the program; see ``require(_:_:file:line:)``.
@usableFromInline
@inline(never)
package func mistake(
  _ sentence: String, file: StaticString = #fileID, line: UInt = #line
) -> Never {
  // Of the standard library's ways to stop, this one alone prints its words in release builds.
  fatalError(sentence, file: file, line: line)
}
