import Foundation

/// Times as texts.
enum HTTPDate {
  /// As header fields have them (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
  static var now: String { text(of: time(nil)) }

  static func text(of moment: time_t) -> String {
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let parts = parts(of: moment)
    return "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) "
      + "\(parts.tm_year + 1900) \(clock(parts)) GMT"
  }

  /// As JSON has them (RFC 3339): `1994-11-06T08:49:37Z`.
  static func timestamp(of moment: time_t) -> String {
    let parts = parts(of: moment)
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T"
      + "\(clock(parts))Z"
  }

  private static func parts(of moment: time_t) -> tm {
    var (moment, parts) = (moment, tm())
    gmtime_r(&moment, &parts)
    return parts
  }

  private static func clock(_ parts: tm) -> String {
    "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
  }

  private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
