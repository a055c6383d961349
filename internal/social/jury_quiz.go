package social

import (
	"encoding/binary"
	"math/rand/v2"
)

// The quiz is a few questions on how a jury judges and on the rules of the
// house. It keeps out who has not read them, nobody else.

// A QuizQuestion has several answers of which one is right.
type QuizQuestion struct {
	Ask     string
	Answers []string
	right   int
}

// QuizLength is how many questions there are, of which QuizPassMark are to be
// answered rightly.
const QuizLength = 6

// quizBasics are about judging; the first answer is right.
var quizBasics = []QuizQuestion{
	{Ask: "You find a post foolish and rude, and it breaks none of the rules here. What do you say?",
		Answers: []string{"It breaks no rule", "It breaks a rule", "I skip it, so that others remove it"}},
	{Ask: "You think you know who wrote what you are shown. What do you do?",
		Answers: []string{"Skip it", "Judge it as that person deserves", "Ask them what they meant"}},
	{Ask: "Most cases you were shown today broke a rule. What about the next?",
		Answers: []string{"I judge it by itself", "It breaks one as well, most likely", "It is time for one that does not"}},
	{Ask: "You agree with what a post says, and it breaks a rule. What do you say?",
		Answers: []string{"It breaks a rule", "It breaks no rule", "It depends on how many agree"}},
	{Ask: "You cannot tell whether a rule is broken. What do you do?",
		Answers: []string{"Skip it, or say that I am unsure", "Say that one is, to be on the safe side", "Look up who wrote it"}},
	{Ask: "May you tell others what you were shown as a juror?",
		Answers: []string{"No", "Yes, without names", "Yes, after the verdict"}},
}

// quizDecoys are rules that a house hardly has.
var quizDecoys = []string{
	"Nobody may contradict the owner of the house.",
	"Every post has a picture.",
	"Write replies only in verse.",
	"Who joined later has to agree with who joined earlier.",
	"Posts may not be longer than seven words.",
	"Everybody posts at least once a day.",
	"It is forbidden to mention the weather.",
	"Only people with a picture of themselves may like posts.",
}

// Quiz is the questions for somebody in a house with rules. The same seed gives
// the same questions, so that they are not kept between asking and answering.
func Quiz(rules []Rule, seed [32]byte) []QuizQuestion {
	r := rand.New(rand.NewChaCha8(seed))
	var out []QuizQuestion
	ofRules := min(len(rules), QuizLength/2)
	for _, i := range r.Perm(len(rules))[:ofRules] {
		decoys := r.Perm(len(quizDecoys))
		out = append(out, QuizQuestion{Ask: "Which of these is a rule here?",
			Answers: []string{rules[i].Text, quizDecoys[decoys[0]], quizDecoys[decoys[1]]}})
	}
	for _, i := range r.Perm(len(quizBasics))[:QuizLength-ofRules] {
		out = append(out, quizBasics[i])
	}
	for i, q := range out {
		out[i] = q.shuffled(r)
	}
	return out
}

func (q QuizQuestion) shuffled(r *rand.Rand) QuizQuestion {
	s := QuizQuestion{Ask: q.Ask, Answers: make([]string, len(q.Answers))}
	for to, from := range r.Perm(len(q.Answers)) {
		s.Answers[to] = q.Answers[from]
		if from == q.right {
			s.right = to
		}
	}
	return s
}

// PassesQuiz reports whether answers, by their places, are right often enough.
func PassesQuiz(questions []QuizQuestion, answers []int) bool {
	right := 0
	for i, q := range questions {
		if i < len(answers) && answers[i] == q.right {
			right++
		}
	}
	return right >= QuizPassMark
}

// QuizSeed is that of somebody's nth try. It needs no secret: who answers has
// the rules before them.
func QuizSeed(who AccountID, try int64) (s [32]byte) {
	binary.BigEndian.PutUint64(s[:], uint64(who))
	binary.BigEndian.PutUint64(s[8:], uint64(try))
	return s
}
