//! PEM (RFC 7468), read strictly: nothing but whitespace around the blocks.

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

const LINE: usize = 64;

/// Writes one block with line feeds.
pub(super) fn encode(label: &str, der: &[u8]) -> Zeroizing<String> {
    let base64 = Zeroizing::new(STANDARD.encode(der));
    // Room for all at once: a string that grows leaves copies of a private key behind.
    let room = base64.len() + base64.len() / LINE + 2 * label.len() + 40;
    let mut pem = Zeroizing::new(String::with_capacity(room));
    for part in ["-----BEGIN ", label, "-----\n"] {
        pem.push_str(part);
    }
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at_checked(LINE).unwrap_or((rest, ""));
        pem.push_str(line);
        pem.push('\n');
        rest = tail;
    }
    for part in ["-----END ", label, "-----\n"] {
        pem.push_str(part);
    }
    pem
}

/// One block: what it says it is, and its DER.
pub(super) struct Block {
    pub(super) label: Label,
    pub(super) der: Zeroizing<Vec<u8>>,
}

/// The labels of RFC 7468 and of OpenSSL that name a key.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Label {
    /// `PUBLIC KEY`: `SubjectPublicKeyInfo`.
    Spki,
    /// `RSA PUBLIC KEY`: `RSAPublicKey`.
    Pkcs1Public,
    /// `PRIVATE KEY`: PKCS#8.
    Pkcs8,
    /// `RSA PRIVATE KEY`: `RSAPrivateKey`.
    Pkcs1,
    /// `EC PRIVATE KEY`: `ECPrivateKey`.
    Sec1,
    /// `EC PARAMETERS`, which OpenSSL writes before an `EC PRIVATE KEY` and which repeats its curve.
    EcParameters,
}

/// Why a text isn't PEM that holds keys.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PemError {
    /// Text before, between or after the blocks.
    #[error(
        "there is text outside the PEM blocks; give the lines from BEGIN to END and nothing else"
    )]
    Outside,
    /// A block without its end, or with the end of another.
    #[error(
        "a PEM block isn't closed by its own END line; each BEGIN and END needs a line to itself"
    )]
    Unclosed,
    /// Content that isn't base64.
    #[error("a PEM block isn't base64")]
    Base64,
    /// A private key under a passphrase.
    #[error("the private key is encrypted; decrypt it first with `openssl pkey -in key.pem`")]
    Encrypted,
    /// A certificate in a key's place.
    #[error("this is a certificate; take its key with `openssl x509 -pubkey -noout -in cert.pem`")]
    Certificate,
    /// OpenSSH's own format.
    #[error("this is an OpenSSH key; convert it with `ssh-keygen -p -m PKCS8 -f key`")]
    OpenSsh,
    /// A label that names no key that is known here.
    #[error("the PEM block is neither a PUBLIC KEY nor a PRIVATE KEY (RSA, EC or PKCS#8)")]
    Label,
}

/// Reads all blocks of `text`. Line ends may be those of any system.
pub(super) fn decode(text: &str) -> Result<Vec<Block>, PemError> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    while let Some(line) = lines.next() {
        let name = boundary(line, "-----BEGIN ").ok_or(PemError::Outside)?;
        // A setting that lost its newlines has the whole key on this line.
        if name.contains("-----") {
            return Err(PemError::Unclosed);
        }
        let label = label(name)?;
        let mut base64 = Zeroizing::new(String::with_capacity(text.len()));
        loop {
            let line = lines.next().ok_or(PemError::Unclosed)?;
            match boundary(line, "-----END ") {
                Some(end) if end == name => break,
                Some(_) => return Err(PemError::Unclosed),
                // OpenSSL's old way to mark a block as encrypted.
                None if line.starts_with("Proc-Type:") => return Err(PemError::Encrypted),
                None if line.starts_with("-----") => return Err(PemError::Unclosed),
                None => base64.push_str(line),
            }
        }
        let mut der = Zeroizing::new(Vec::with_capacity(base64.len()));
        STANDARD
            .decode_vec(base64.as_bytes(), &mut der)
            .map_err(|_| PemError::Base64)?;
        blocks.push(Block { label, der });
    }
    Ok(blocks)
}

fn boundary<'a>(line: &'a str, start: &str) -> Option<&'a str> {
    line.strip_prefix(start)?.strip_suffix("-----")
}

fn label(name: &str) -> Result<Label, PemError> {
    Ok(match name {
        "PUBLIC KEY" => Label::Spki,
        "RSA PUBLIC KEY" => Label::Pkcs1Public,
        "PRIVATE KEY" => Label::Pkcs8,
        "RSA PRIVATE KEY" => Label::Pkcs1,
        "EC PRIVATE KEY" => Label::Sec1,
        "EC PARAMETERS" => Label::EcParameters,
        "ENCRYPTED PRIVATE KEY" => return Err(PemError::Encrypted),
        "CERTIFICATE" | "TRUSTED CERTIFICATE" | "X509 CERTIFICATE" => {
            return Err(PemError::Certificate);
        }
        "OPENSSH PRIVATE KEY" => return Err(PemError::OpenSsh),
        _ => return Err(PemError::Label),
    })
}
