/** The JWS algorithms that keys have here (RFC 7518, RFC 8037). */
export const ALGORITHMS = ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA"];
