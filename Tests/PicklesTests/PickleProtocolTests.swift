import Foundation
import Pickles
import Testing

struct PickleProtocolTests {
  /// By Python 3.11 with NumPy 2.4, at protocols 0 to 5.
  ///
  ///     {'a': [1, -2, 300, 70000, -2**40], 'b': (1.5, None, True), 'c': b'\x00\xff', 'd': {1},
  ///      'e': OrderedDict([('x', 'ä€😀')]), 'n': np.int64(-7),
  ///      'f': np.asfortranarray(np.arange(6, dtype='<i2').reshape(2, 3))}
  static let protocols: [String] = [
    """
    KGRwMApWYQpwMQoobHAyCkkxCmFJLTIKYUkzMDAKYUk3MDAwMAphTC0xMDk5NTExNjI3Nzc2TAphc1ZiCnAzCihGMS41Ck\
    5JMDEKdHA0CnNWYwpwNQpjX2NvZGVjcwplbmNvZGUKcDYKKFZcdTAwMDD/CnA3ClZsYXRpbjEKcDgKdHA5ClJwMTAKc1Zk\
    CnAxMQpjX19idWlsdGluX18Kc2V0CnAxMgooKGxwMTMKSTEKYXRwMTQKUnAxNQpzVmUKcDE2CmNjb2xsZWN0aW9ucwpPcm\
    RlcmVkRGljdApwMTcKKHRScDE4ClZ4CnAxOQpW5Fx1MjBhY1xVMDAwMWY2MDAKcDIwCnNzVm4KcDIxCmNudW1weS5fY29y\
    ZS5tdWx0aWFycmF5CnNjYWxhcgpwMjIKKGNudW1weQpkdHlwZQpwMjMKKFZpOApwMjQKSTAwCkkwMQp0cDI1ClJwMjYKKE\
    kzClY8CnAyNwpOTk5JLTEKSS0xCkkwCnRwMjgKYmc2CihW+f////////8KcDI5Cmc4CnRwMzAKUnAzMQp0cDMyClJwMzMK\
    c1ZmCnAzNApjbnVtcHkuX2NvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcDM1CihjbnVtcHkKbmRhcnJheQpwMzYKKE\
    kwCnRwMzcKZzYKKFZiCnAzOApnOAp0cDM5ClJwNDAKdHA0MQpScDQyCihJMQooSTIKSTMKdHA0MwpnMjMKKFZpMgpwNDQK\
    STAwCkkwMQp0cDQ1ClJwNDYKKEkzCmcyNwpOTk5JLTEKSS0xCkkwCnRwNDcKYkkwMQpnNgooVlx1MDAwMFx1MDAwMANcdT\
    AwMDABXHUwMDAwBFx1MDAwMAJcdTAwMDAFXHUwMDAwCnA0OApnOAp0cDQ5ClJwNTAKdHA1MQpicy4=
    """,
    """
    fXEAKFgBAAAAYXEBXXECKEsBSv7///9NLAFKcBEBAEwtMTA5OTUxMTYyNzc3NkwKZVgBAAAAYnEDKEc/+AAAAAAAAE5JMD\
    EKdHEEWAEAAABjcQVjX2NvZGVjcwplbmNvZGUKcQYoWAMAAAAAw79xB1gGAAAAbGF0aW4xcQh0cQlScQpYAQAAAGRxC2Nf\
    X2J1aWx0aW5fXwpzZXQKcQwoXXENSwFhdHEOUnEPWAEAAABlcRBjY29sbGVjdGlvbnMKT3JkZXJlZERpY3QKcREpUnESWA\
    EAAAB4cRNYCQAAAMOk4oKs8J+YgHEUc1gBAAAAbnEVY251bXB5Ll9jb3JlLm11bHRpYXJyYXkKc2NhbGFyCnEWKGNudW1w\
    eQpkdHlwZQpxFyhYAgAAAGk4cRhJMDAKSTAxCnRxGVJxGihLA1gBAAAAPHEbTk5OSv////9K/////0sAdHEcYmgGKFgQAA\
    AAw7nDv8O/w7/Dv8O/w7/Dv3EdaAh0cR5ScR90cSBScSFYAQAAAGZxImNudW1weS5fY29yZS5tdWx0aWFycmF5Cl9yZWNv\
    bnN0cnVjdApxIyhjbnVtcHkKbmRhcnJheQpxJChLAHRxJWgGKFgBAAAAYnEmaAh0cSdScSh0cSlScSooSwEoSwJLA3RxK2\
    gXKFgCAAAAaTJxLEkwMApJMDEKdHEtUnEuKEsDaBtOTk5K/////0r/////SwB0cS9iSTAxCmgGKFgMAAAAAAADAAEABAAC\
    AAUAcTBoCHRxMVJxMnRxM2J1Lg==
    """,
    """
    gAJ9cQAoWAEAAABhcQFdcQIoSwFK/v///00sAUpwEQEAigYAAAAAAP9lWAEAAABicQNHP/gAAAAAAABOiIdxBFgBAAAAY3\
    EFY19jb2RlY3MKZW5jb2RlCnEGWAMAAAAAw79xB1gGAAAAbGF0aW4xcQiGcQlScQpYAQAAAGRxC2NfX2J1aWx0aW5fXwpz\
    ZXQKcQxdcQ1LAWGFcQ5ScQ9YAQAAAGVxEGNjb2xsZWN0aW9ucwpPcmRlcmVkRGljdApxESlScRJYAQAAAHhxE1gJAAAAw6\
    Tigqzwn5iAcRRzWAEAAABucRVjbnVtcHkuX2NvcmUubXVsdGlhcnJheQpzY2FsYXIKcRZjbnVtcHkKZHR5cGUKcRdYAgAA\
    AGk4cRiJiIdxGVJxGihLA1gBAAAAPHEbTk5OSv////9K/////0sAdHEcYmgGWBAAAADDucO/w7/Dv8O/w7/Dv8O/cR1oCI\
    ZxHlJxH4ZxIFJxIVgBAAAAZnEiY251bXB5Ll9jb3JlLm11bHRpYXJyYXkKX3JlY29uc3RydWN0CnEjY251bXB5Cm5kYXJy\
    YXkKcSRLAIVxJWgGWAEAAABicSZoCIZxJ1JxKIdxKVJxKihLAUsCSwOGcStoF1gCAAAAaTJxLImIh3EtUnEuKEsDaBtOTk\
    5K/////0r/////SwB0cS9iiGgGWAwAAAAAAAMAAQAEAAIABQBxMGgIhnExUnEydHEzYnUu
    """,
    """
    gAN9cQAoWAEAAABhcQFdcQIoSwFK/v///00sAUpwEQEAigYAAAAAAP9lWAEAAABicQNHP/gAAAAAAABOiIdxBFgBAAAAY3\
    EFQwIA/3EGWAEAAABkcQdjYnVpbHRpbnMKc2V0CnEIXXEJSwFhhXEKUnELWAEAAABlcQxjY29sbGVjdGlvbnMKT3JkZXJl\
    ZERpY3QKcQ0pUnEOWAEAAAB4cQ9YCQAAAMOk4oKs8J+YgHEQc1gBAAAAbnERY251bXB5Ll9jb3JlLm11bHRpYXJyYXkKc2\
    NhbGFyCnESY251bXB5CmR0eXBlCnETWAIAAABpOHEUiYiHcRVScRYoSwNYAQAAADxxF05OTkr/////Sv////9LAHRxGGJD\
    CPn/////////cRmGcRpScRtYAQAAAGZxHGNudW1weS5fY29yZS5tdWx0aWFycmF5Cl9yZWNvbnN0cnVjdApxHWNudW1weQ\
    puZGFycmF5CnEeSwCFcR9DAWJxIIdxIVJxIihLAUsCSwOGcSNoE1gCAAAAaTJxJImIh3ElUnEmKEsDaBdOTk5K/////0r/\
    ////SwB0cSdiiEMMAAADAAEABAACAAUAcSh0cSlidS4=
    """,
    """
    gASVXAEAAAAAAAB9lCiMAWGUXZQoSwFK/v///00sAUpwEQEAigYAAAAAAP9ljAFilEc/+AAAAAAAAE6Ih5SMAWOUQwIA/5\
    SMAWSUj5QoSwGQjAFllIwLY29sbGVjdGlvbnOUjAtPcmRlcmVkRGljdJSTlClSlIwBeJSMCcOk4oKs8J+YgJRzjAFulIwW\
    bnVtcHkuX2NvcmUubXVsdGlhcnJheZSMBnNjYWxhcpSTlIwFbnVtcHmUjAVkdHlwZZSTlIwCaTiUiYiHlFKUKEsDjAE8lE\
    5OTkr/////Sv////9LAHSUYkMI+f////////+UhpRSlIwBZpRoEYwMX3JlY29uc3RydWN0lJOUaBSMB25kYXJyYXmUk5RL\
    AIWUQwFilIeUUpQoSwFLAksDhpRoFowCaTKUiYiHlFKUKEsDaBpOTk5K/////0r/////SwB0lGKIQwwAAAMAAQAEAAIABQ\
    CUdJRidS4=
    """,
    """
    gAWVXgEAAAAAAAB9lCiMAWGUXZQoSwFK/v///00sAUpwEQEAigYAAAAAAP9ljAFilEc/+AAAAAAAAE6Ih5SMAWOUQwIA/5\
    SMAWSUj5QoSwGQjAFllIwLY29sbGVjdGlvbnOUjAtPcmRlcmVkRGljdJSTlClSlIwBeJSMCcOk4oKs8J+YgJRzjAFulIwW\
    bnVtcHkuX2NvcmUubXVsdGlhcnJheZSMBnNjYWxhcpSTlIwFbnVtcHmUjAVkdHlwZZSTlIwCaTiUiYiHlFKUKEsDjAE8lE\
    5OTkr/////Sv////9LAHSUYkMI+f////////+UhpRSlIwBZpSME251bXB5Ll9jb3JlLm51bWVyaWOUjAtfZnJvbWJ1ZmZl\
    cpSTlCiWDAAAAAAAAAAAAAMAAQAEAAIABQCUaBaMAmkylImIh5RSlChLA2gaTk5OSv////9K/////0sAdJRiSwJLA4aUjA\
    FGlHSUUpR1Lg==
    """,
  ]

  @Test(arguments: 0...5) func everyProtocolGivesTheSameData(version: Int) throws {
    let bytes = [UInt8](try #require(Data(base64Encoded: Self.protocols[version])))
    let (value, end) = try Pickle.read(bytes, path: "p")
    #expect(end == bytes.count)
    #expect(value["a"]?.integers == [1, -2, 300, 70000, -1 << 40])
    guard case .tuple(let items)? = value["b"], case .number(1.5) = items[0],
      case .none = items[1], case .bool(true) = items[2]
    else {
      Issue.record("b is \(String(describing: value["b"]))")
      return
    }
    guard case .bytes([0, 0xFF])? = value["c"] else {
      Issue.record("c is \(String(describing: value["c"]))")
      return
    }
    guard case .set(let members)? = value["d"] else {
      Issue.record("d is \(String(describing: value["d"]))")
      return
    }
    #expect(members.map(\.integer) == [1])
    #expect(value["e"]?["x"]?.string == "ä€😀")
    #expect(value["n"]?.integer == -7)
    guard case .array(let array)? = value["f"] else {
      Issue.record("f is \(String(describing: value["f"]))")
      return
    }
    #expect(array.descriptor == "<i2")
    #expect(array.shape == [2, 3])
    #expect(array.isFortranOrder)
    // Columns one after the other in memory.
    #expect(array.bytes == [0, 0, 3, 0, 1, 0, 4, 0, 2, 0, 5, 0])
    #expect(array.integers() == [0, 1, 2, 3, 4, 5])
  }
}
