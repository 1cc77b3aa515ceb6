/// What is wrong with files that somebody wrote for Turnwise to read.
///
/// The description names the file and, where there is one, the field; the command line prints it
/// with the hint behind it.
public protocol InputError: Error, CustomStringConvertible {
  /// What to do about it.
  var hint: String? { get }
}
