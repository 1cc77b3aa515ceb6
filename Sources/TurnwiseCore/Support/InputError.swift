/// An error in files that a user wrote for Turnwise to read.
///
/// The description names the file and, if there is one, the field; the command line prints it, followed
/// by the hint.
public protocol InputError: Error, CustomStringConvertible {
  /// What to do about it.
  var hint: String? { get }
}
