// Times. A time.Time is a moment, which is the same everywhere: GraphQL has it as a Timestamp. What a clock on the wall shows
// depends on the zone: the host knows the zones, and that of the client.
package main

import (
	"fmt"
	"time"

	"github.com/hypermodeinc/modus/sdk/go/pkg/localtime"
)

// The moment now.
func GetUtcTime() time.Time {
	return time.Now().UTC()
}

// The client's time, with its offset. The zone is that of the request's header X-Time-Zone, else the server's.
func GetLocalTime() (string, error) {
	now, err := localtime.Now()
	if err != nil {
		return "", err
	}
	return now.Format(time.RFC3339), nil
}

// The name of that zone.
func GetTimeZone() string {
	return localtime.GetTimeZone()
}

// The time in a zone, with its offset.
func TimeIn(zone string) (string, error) {
	if !localtime.IsValidTimeZone(zone) {
		return "", fmt.Errorf("there is no time zone %s", zone)
	}
	now, err := localtime.NowInZone(zone)
	if err != nil {
		return "", err
	}
	return now.Format(time.RFC3339), nil
}

// The day of the week of a moment, in UTC.
func Weekday(at time.Time) string {
	return at.UTC().Weekday().String()
}

// How many whole days are between two moments.
func DaysBetween(from, until time.Time) int {
	return int(until.Sub(from).Hours() / 24)
}
