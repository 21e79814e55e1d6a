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
    #expect(GridReport.gaps(in: hours([0, 1, 2, 5, 6, 8])) == (3, hours([3, 4, 7])))
    #expect(GridReport.gaps(in: hours([0, 6, 12, 24])) == (1, hours([18])))
    // Off the step from the first: 4 is missing, and 5 is no multiple of 2.
    #expect(GridReport.gaps(in: hours([0, 2, 5, 7])) == (2, hours([4, 6])))
    #expect(GridReport.gaps(in: hours([0, 1, 2])) == (0, []))
    #expect(GridReport.gaps(in: []) == (0, []) && GridReport.gaps(in: hours([3])) == (0, []))
  }

  @Test("Months are counted by the calendar, whose lengths differ")
  func months() throws {
    func month(_ year: Int, _ month: Int) throws -> Date {
      try #require(CalendarDate(year: year, month: month, day: 1)).startOfDayUTC
    }
    let times = try [month(2024, 1), month(2024, 2), month(2024, 4), month(2025, 1)]
    let missing = try [3, 5, 6, 7, 8, 9, 10, 11, 12].map { try month(2024, $0) }
    #expect(GridReport.gaps(in: times) == (9, missing))
  }

  @Test("Times that are thousands of years away are counted, not gone through")
  func absurdTimes() {
    let seconds = [0, 1, 100_000_000_000].map { Date(timeIntervalSince1970: Double($0)) }
    let gaps = GridReport.gaps(in: seconds)
    #expect(gaps.count == 99_999_999_998)
    #expect(gaps.first == (2...11).map { Date(timeIntervalSince1970: Double($0)) })
  }

  @Test("Uneven cells are said to be") func unevenCells() throws {
    let maker = NetCDFMaker.modern(
      times: [0], latitudes: [12, 11.9, 11.6], longitudes: [0, 0.1],
      fields: [("t2m", "K", Array(repeating: 0, count: 6))])
    try withClimateFile(maker) { file throws in
      #expect(GridReport.text(file).contains("cells of 0.1 to 0.3 x 0.1 degrees"))
    }
  }
}
