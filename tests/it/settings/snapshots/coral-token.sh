printf 'Authorization: Bearer %s' "$LANYARD_API_KEY" |
  curl --fail --silent --show-error --max-time 5 --header @- \
    --header 'Content-Type: application/json' --data '{"id":"1"}' \
    https://lanyard.example/t/the-post/coral/
