//! TLS to the mail server cannot be suppressed by an attacker on the network (RFC 3207 §6).

use super::*;

/// What an attacker who changes what the mail server says makes of it.
#[derive(Debug, Clone, Copy)]
enum Attack {
    /// The server seems not to know STARTTLS.
    NotOffered,
    /// The server seems to refuse it.
    Refused,
    /// The server seems to agree, and the attacker goes on without TLS.
    NotBegun,
}

/// A mail server behind an attacker; its address, and all lines that it is sent.
async fn behind(attack: Attack) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port is free");
    let address = listener.local_addr().expect("it is bound").to_string();
    let lines = Arc::<Mutex<Vec<String>>>::default();
    let heard = Arc::clone(&lines);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, attack, Arc::clone(&heard)));
        }
    });
    (address, lines)
}

async fn talk(stream: TcpStream, attack: Attack, heard: Arc<Mutex<Vec<String>>>) {
    let (input, mut output) = stream.into_split();
    let mut input = BufReader::new(input);
    let mut answer = "220 test\r\n";
    loop {
        let mut line = Vec::new();
        if output.write_all(answer.as_bytes()).await.is_err()
            || !matches!(input.read_until(b'\n', &mut line).await, Ok(1..))
        {
            return;
        }
        let line = String::from_utf8_lossy(&line).into_owned();
        answer = match (line.split_whitespace().next(), attack) {
            (Some("EHLO"), Attack::NotOffered) => "250-test\r\n250 AUTH PLAIN LOGIN\r\n",
            (Some("EHLO"), _) => "250-test\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n",
            (Some("STARTTLS"), Attack::Refused) => "454 not now\r\n",
            (Some("STARTTLS"), _) => "220 go on\r\n250-test\r\n250 AUTH PLAIN LOGIN\r\n",
            _ => "250 fine\r\n",
        };
        heard.lock().expect("no panic with the lock").push(line);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_tls_that_is_required_neither_mail_nor_password_is_sent() {
    for attack in [Attack::NotOffered, Attack::Refused, Attack::NotBegun] {
        let (address, heard) = behind(attack).await;
        let server = Server::start_with(|config| {
            let url = format!("smtp://user:hunter2@{address}?tls=required");
            config.smtp_url = Some(Secret::new(url));
        })
        .await;
        sign_up(&server, "ana@ex.co").await;
        assert_eq!(ask(&server, "ana@ex.co").await, 200);
        server.auth.mail().drained().await;
        let heard = heard.lock().expect("no panic with the lock").clone();
        assert!(
            heard.iter().any(|line| line.starts_with("EHLO ")),
            "{attack:?}: {heard:?}"
        );
        for command in ["AUTH", "MAIL", "RCPT", "DATA"] {
            let is_sent = heard.iter().any(|line| line.starts_with(command));
            assert!(!is_sent, "{attack:?}: {heard:?}");
        }
        // It waits, and is not lost.
        let text = server.auth.metrics_text().expect("it is text");
        assert!(
            text.contains("auth_mails_total{outcome=\"retried\"} 1\n"),
            "{attack:?}: {text}"
        );
    }
}

#[tokio::test]
async fn with_tls_from_the_beginning_nothing_is_sent_to_a_server_without() {
    let (address, heard) = behind(Attack::NotOffered).await;
    let server = Server::start_with(|config| {
        config.smtp_url = Some(Secret::new(format!("smtps://user:hunter2@{address}")));
    })
    .await;
    sign_up(&server, "ana@ex.co").await;
    assert_eq!(ask(&server, "ana@ex.co").await, 200);
    server.auth.mail().drained().await;
    // What comes is the beginning of TLS.
    let heard = heard.lock().expect("no panic with the lock").concat();
    assert!(
        !heard.contains("EHLO") && !heard.contains("MAIL"),
        "{heard}"
    );
}
