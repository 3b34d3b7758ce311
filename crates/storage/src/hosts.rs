//! Settings that name several servers: a list of URLs, or one URL with several hosts.

use zeroize::Zeroizing;

/// One URL for each server that the setting names. Hosts share all else of their URL.
pub(crate) fn each_server(setting: &str, schemes: &[&str]) -> Vec<Zeroizing<String>> {
    urls(setting, schemes)
        .into_iter()
        .flat_map(each_host)
        .collect()
}

/// Splits at commas that a URL follows: others may be part of a password, or stand between hosts.
fn urls<'a>(setting: &'a str, schemes: &[&str]) -> Vec<&'a str> {
    let mut urls = Vec::new();
    let mut begin = 0;
    for (comma, _) in setting.match_indices(',') {
        let rest = setting[comma + 1..].trim_start();
        if schemes.iter().any(|scheme| rest.starts_with(scheme)) {
            urls.push(setting[begin..comma].trim());
            begin = comma + 1;
        }
    }
    urls.push(setting[begin..].trim());
    urls
}

fn each_host(url: &str) -> Vec<Zeroizing<String>> {
    let begin = url.find("://").map_or(0, |at| at + 3);
    let end = url[begin..]
        .find(['/', '?', '#'])
        .map_or(url.len(), |at| begin + at);
    // A password may hold an @ that nobody has escaped; a host may not.
    let hosts = url[begin..end]
        .rfind('@')
        .map_or(begin, |at| begin + at + 1);
    url[hosts..end]
        .split(',')
        .map(|host| Zeroizing::new([&url[..hosts], host.trim(), &url[end..]].concat()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::each_server;

    fn split(setting: &str) -> Vec<String> {
        each_server(setting, &["postgres://", "postgresql://"])
            .iter()
            .map(|url| url.to_string())
            .collect()
    }

    #[test]
    fn a_list_of_urls_and_a_list_of_hosts_name_the_same_servers() {
        let both = ["postgres://u:p@a:1/d?x=1", "postgres://u:p@b/d?x=1"];
        assert_eq!(
            split("postgres://u:p@a:1/d?x=1, postgres://u:p@b/d?x=1"),
            both
        );
        assert_eq!(split("postgres://u:p@a:1,b/d?x=1"), both);
        assert_eq!(
            split("postgres://a,b,postgresql://c/d"),
            ["postgres://a", "postgres://b", "postgresql://c/d"]
        );
    }

    #[test]
    fn a_comma_in_a_password_or_a_path_splits_nothing() {
        for one in [
            "postgres://u:p,w@h/d",
            "postgres://u:p@,w@h/d",
            "postgres://h/a,b?host=/x,y",
            "postgres:///d",
            "",
        ] {
            assert_eq!(split(one), [one]);
        }
    }
}
