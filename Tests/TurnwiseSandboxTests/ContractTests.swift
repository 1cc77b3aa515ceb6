import Testing

/// What every sandbox for agents must do, whatever it is made of.
///
/// The behaviours are those that Inspect's check of its sandboxes asks for (inspect_ai,
/// `_sandbox/self_check.py`), as far as they are questions here: a command has no standard input and one
/// user, and files are read and written as parts of a ``Workspace``.
@Suite struct ContractTests {
  private static let cases = ContractCase.files + ContractCase.commands + ContractCase.output

  @Test(arguments: cases)
  func `holds`(_ contract: ContractCase) async throws { try await contract.check() }

  @Test func `promises no less than it did`() {
    #expect(Set(Self.cases.map(\.promise)).count == 79)
  }
}
