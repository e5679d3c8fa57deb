// Who is asking. The runner checks the token of a request before the app is called, and hands over what the token claims.
// The app decides what that allows.
package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/hypermodeinc/modus/sdk/go/pkg/auth"
	"github.com/hypermodeinc/modus/sdk/go/pkg/console"
)

// What the tokens of this app claim. Claims without a field are passed over.
type claims struct {
	Sub   string   `json:"sub"`
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
}

// Who is asking.
type Viewer struct {
	Id    string
	Name  string
	Roles []string
}

// Tells who you are.
func GetViewer() (Viewer, error) {
	claims, err := signedIn()
	return Viewer{Id: claims.Sub, Name: claims.Name, Roles: claims.Roles}, err
}

// Posts news, which only editors may do.
func PostNews(title string) (string, error) {
	claims, err := signedIn()
	if err != nil {
		return "", err
	}
	if !slices.Contains(claims.Roles, "editor") {
		return "", fmt.Errorf("%s is no editor", claims.Name)
	}
	console.Logf("%s posts: %s", claims.Sub, title)
	return fmt.Sprintf("%s, by %s", title, claims.Name), nil
}

// Without a token nobody gets so far, except in development as long as there is no key. There are no claims then.
func signedIn() (claims, error) {
	found, err := auth.GetJWTClaims[claims]()
	if err != nil || found.Sub == "" {
		return claims{}, errors.New("nobody is signed in")
	}
	return found, nil
}
