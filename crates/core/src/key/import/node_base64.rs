//! Base64 as Node reads it.

use zeroize::Zeroizing;

/// `Buffer.from(text, 'base64')`: both alphabets, up to the first `=`, whatever else is no digit passed over, and a lone
/// digit at the end dropped.
pub(crate) fn decode(text: &str) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in text.bytes().take_while(|byte| *byte != b'=') {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => continue,
        };
        bits = (bits << 6 | u32::from(digit)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held).to_be_bytes()[3]);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn base64_is_decoded_as_node_does() {
        for (text, bytes) in [
            ("YQ==YQ==", &b"a"[..]),
            ("Y", b""),
            ("YW", b"a"),
            ("YWJ", b"ab"),
            ("YWJj", b"abc"),
            ("Y W\nJj", b"abc"),
            ("YW-_", b"ao\xbf"),
            ("YW+/", b"ao\xbf"),
            ("====YWJj", b""),
            ("YWJj=YWJj", b"abc"),
            ("Y!W@Jj", b"abc"),
            ("YQ=", b"a"),
            ("/wD+gKo=", b"\xff\x00\xfe\x80\xaa"),
        ] {
            assert_eq!(decode(text).as_slice(), bytes, "{text}");
        }
    }
}
