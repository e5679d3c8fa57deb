// What real apps link: packages of the SDK and of Go that keep randomness or the time from the start, and an app that does so
// itself.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash/maphash"
	"log/slog"
	"maps"
	mathrand "math/rand"
	"math/rand/v2"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template"
	"time"
	"unique"

	"github.com/hypermodeinc/modus/sdk/go/pkg/console"
	"github.com/hypermodeinc/modus/sdk/go/pkg/http"
	"github.com/hypermodeinc/modus/sdk/go/pkg/localtime"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models/openai"
)

var (
	key      = makeKey()
	seed     = maphash.MakeSeed()
	number   = rand.Uint64()
	another  = mathrand.Int63()
	started  = time.Now()
	words    = makeWords()
	patterns = makePatterns()
	cache    = makeCache()
	interned = unique.Make("interned")
	address  = netip.MustParseAddr("fe80::1%eth0")
	greeting = template.Must(template.New("greeting").Parse("Hello, {{.}}!"))
	mutex    sync.Mutex
)

func makeKey() []byte {
	key := make([]byte, 32)
	if _, err := randRead(key); err != nil {
		panic(err)
	}
	return key
}

// A map with entries, of which each start makes another order.
func makeWords() map[string]int {
	words := map[string]int{}
	for index := range 300 {
		words["word"+strconv.Itoa(index)] = index
	}
	return words
}

func makePatterns() map[string]*regexp.Regexp {
	patterns := map[string]*regexp.Regexp{}
	for _, letter := range strings.Split("abcdefghijklmnopqrst", "") {
		patterns[letter] = regexp.MustCompile("^" + letter + "+$")
	}
	return patterns
}

// A map without entries, made where no compiler can do it ahead.
func makeCache() map[string]string {
	cache := map[string]string{}
	for index := range len(words) {
		cache[strconv.Itoa(index)] = ""
	}
	clear(cache)
	return cache
}

// The smallest of functions.
func SayHello(name *string) string {
	s := "World"
	if name != nil {
		s = *name
	}
	return "Hello, " + s + "!"
}

// Bytes that were drawn for secrets.
func Key() string {
	return hex.EncodeToString(key)
}

// A code made with them.
func Code(text string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// What a text becomes with the seed that was drawn.
func Hash(text string) string {
	return strconv.FormatUint(maphash.String(seed, text), 16)
}

// Numbers that were drawn, of 64 and of 63 bits.
func Numbers() string {
	return strconv.FormatUint(number, 16) + " " + strconv.FormatInt(another, 16)
}

// Numbers that are drawn now.
func Drawn() string {
	return strconv.FormatUint(rand.Uint64(), 16) + " " + strconv.FormatInt(mathrand.Int63(), 16)
}

// Milliseconds since 1970 when the start ran.
func Started() int64 {
	return started.UnixMilli()
}

// Milliseconds since the start ran.
func Age() int64 {
	return time.Since(started).Milliseconds()
}

// Whether everything that was made at the start is found again.
func Complete() bool {
	mutex.Lock()
	defer mutex.Unlock()
	for index := range 300 {
		if words["word"+strconv.Itoa(index)] != index {
			return false
		}
	}
	for letter, pattern := range patterns {
		if !pattern.MatchString(letter + letter) {
			return false
		}
	}
	seen := slices.Sorted(maps.Keys(words))
	parsed, err := netip.ParseAddr("fe80::1%eth0")
	return err == nil && parsed == address && len(seen) == 300 && unique.Make("interned") == interned
}

// The order of the entries of a map that was made at the start.
func Order() []string {
	return slices.Collect(maps.Keys(words))
}

// Keys that are put into a map that was empty after the start, in the order in which it has them.
func Filled() []string {
	for index := range 40 {
		cache[strconv.Itoa(index)] = "x"
	}
	return slices.Collect(maps.Keys(cache))
}

// What a template makes of a name.
func Greet(name string) (string, error) {
	var text strings.Builder
	err := greeting.Execute(&text, name)
	return text.String(), err
}

// Allocates pieces of a KiB, and keeps none of them.
func Allocate(kibibytes int) int {
	total := 0
	for range kibibytes {
		piece := make([]byte, 1024)
		piece[0] = 1
		total += len(piece)
	}
	return total
}

// Gets a text, asks a model, tells the time: what links the SDK's packages.
func Ask(address, question string) (string, error) {
	target, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	response, err := http.Fetch(target.String())
	if err != nil {
		return "", err
	}
	var answer map[string]any
	if err := json.Unmarshal(response.Body, &answer); err != nil {
		slog.Error("no answer", "type", reflect.TypeOf(err).String())
		return "", err
	}
	model, err := models.GetModel[openai.ChatModel]("model")
	if err != nil {
		return "", err
	}
	input, err := model.CreateInput(openai.NewUserMessage(question))
	if err != nil {
		return "", err
	}
	output, err := model.Invoke(input)
	if err != nil {
		return "", err
	}
	now, err := localtime.Now()
	if err != nil {
		return "", err
	}
	console.Log(now.String())
	return output.Choices[0].Message.Content, nil
}
