// A secret that the app itself needs. It is a variable of whoever runs the app, and stands neither in the code nor in
// modus.json. A secret for a connection is not for the app: modus.json names it there, as the example `http` shows.
package main

import (
	"crypto/subtle"
	"errors"

	"github.com/hypermodeinc/modus/sdk/go/pkg/secrets"
)

// Opens the vault for who knows the passphrase. A secret is compared here, and never answered.
func OpenVault(passphrase string) (string, error) {
	// The variable is MODUS_APP_PASSPHRASE. Where it is missing, this is an error.
	secret, err := secrets.GetSecretValue("PASSPHRASE")
	if err != nil {
		return "", err
	}
	// How long this takes tells nothing about the secret.
	if subtle.ConstantTimeCompare([]byte(passphrase), []byte(secret)) == 0 {
		return "", errors.New("that is not the passphrase")
	}
	return "Forty chests of gold, and a map.", nil
}
