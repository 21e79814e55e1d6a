import Essentials
import FoundationEssentials
import Testing

@testable import Climate

@Suite("The times that a file leaves out") struct GridReportTests {
  private func hours(_ numbers: [Int]) -> [Date] {
    numbers.map { Date(timeIntervalSince1970: Double($0) * 3600) }
  }

  @Test("Hours that are missing between others are listed, whatever comes before and after")
  func hours() {
    #expect(GridReport.gaps(in: hours([0, 1, 2, 5, 6, 8])) == hours([3, 4, 7]))
    #expect(GridReport.gaps(in: hours([0, 6, 12, 24])) == hours([18]))
    #expect(GridReport.gaps(in: hours([0, 1, 2])).isEmpty)
    #expect(GridReport.gaps(in: []).isEmpty && GridReport.gaps(in: hours([3])).isEmpty)
  }

  @Test("Months are counted by the calendar, whose lengths differ")
  func months() throws {
    func month(_ year: Int, _ month: Int) throws -> Date {
      try #require(CalendarDate(year: year, month: month, day: 1)).startOfDayUTC
    }
    let times = try [month(2024, 1), month(2024, 2), month(2024, 4), month(2025, 1)]
    let missing = try [3, 5, 6, 7, 8, 9, 10, 11, 12].map { try month(2024, $0) }
    #expect(GridReport.gaps(in: times) == missing)
  }
}
