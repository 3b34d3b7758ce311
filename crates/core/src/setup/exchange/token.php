<?php
// GET /comments/token: the token of the reader whose session this is. The API key is in the environment, as
// LANYARD_API_KEY, and never reaches a browser. No token is logged.
declare(strict_types=1);

const LANYARD = 'https://lanyard.example/t/tenant/';

function lanyard_token(string $reader): string
{
    $call = curl_init(LANYARD);
    curl_setopt_array($call, [
        CURLOPT_POST => true,
        CURLOPT_POSTFIELDS => json_encode(['id' => $reader], JSON_THROW_ON_ERROR),
        CURLOPT_HTTPHEADER => [
            'Authorization: Bearer ' . getenv('LANYARD_API_KEY'),
            'Content-Type: application/json',
        ],
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_FOLLOWLOCATION => false,
        CURLOPT_TIMEOUT => 5,
    ]);
    $answer = curl_exec($call);
    $status = curl_getinfo($call, CURLINFO_RESPONSE_CODE);
    if ($answer === false || $status !== 201) {
        throw new RuntimeException("Lanyard answers with status $status");
    }
    return json_decode($answer, true, 8, JSON_THROW_ON_ERROR)['token'];
}

session_start(['read_and_close' => true]);
header('Cache-Control: no-store');
header('Content-Type: application/json');
$reader = $_SESSION['user_id'] ?? null; // Where your CMS keeps the id of whoever is logged in.
if ($reader === null) {
    http_response_code(204);
    exit;
}
try {
    echo json_encode(['token' => lanyard_token((string) $reader)], JSON_THROW_ON_ERROR);
} catch (Throwable $error) {
    error_log('No token for the comments: ' . $error->getMessage());
    http_response_code(502);
}

// In WordPress this goes into a plugin, and the embed fetches "/wp-admin/admin-ajax.php?action=comments_token":
//   add_action('wp_ajax_comments_token', function () {
//       nocache_headers();
//       $answer = wp_remote_post(LANYARD, [
//           'timeout' => 5, 'redirection' => 0,
//           'headers' => ['Authorization' => 'Bearer ' . getenv('LANYARD_API_KEY'), 'Content-Type' => 'application/json'],
//           'body' => wp_json_encode(['id' => (string) get_current_user_id()]),
//       ]);
//       if (wp_remote_retrieve_response_code($answer) !== 201) {
//           wp_send_json(null, 502);
//       }
//       wp_send_json(json_decode(wp_remote_retrieve_body($answer), true));
//   });
//   add_action('wp_ajax_nopriv_comments_token', function () { nocache_headers(); wp_send_json(null, 204); });
