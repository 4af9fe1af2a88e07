# The save dialog: what it says of how it went. Parts of messages.
pcap tour.pcap
keys F2
shot
keys Tab
keys Down Down Down Tab Tab
keys Ctrl-U
type list.txt
keys Enter
expect saved 8 sessions to ./list.txt
wrote 192.0.2.21:51002
shot
# the list as a table: the columns that are shown, times and sizes in full
keys F2 Tab Down Down Tab Tab Ctrl-U
type list.csv
keys Enter
expect saved 8 sessions to ./list.csv
wrote number,start,dur,proto,tls,client,server,state,user,msgs,bytes,worst,result
wrote 1,2025-03-04 08:00:00
wrote "192.0.2.21:51002","mx.office.example:587","CLOSED","anna",1,
keys :
type columns number,helo,result
keys Enter F2 Tab Down Down Tab Tab Ctrl-U
type list.csv
keys Enter
wrote number,helo,result
wrote 6,"","'-ERR [AUTH]
keys :
type columns
keys Enter
# what exists is not replaced
keys F2 Tab Down Down Down Tab Tab Ctrl-U
type taken.txt
keys Enter
expect saved 8 sessions to ./taken.txt.2
# a disk that is full: the dialog stays, nothing is called saved
keys F2 Tab Down Down Down Tab Tab Ctrl-U
type full-with-a-long-name-of-a-file-that-leaves-no-room.txt
keys Enter
expect not saved: full-with-a-long-name-of-a-file-that-leaves-no-room.txt: No
expect left on device
shot
keys Ctrl-U
type nowhere/list.txt
keys Enter
expect nowhere: there is no such folder
keys Ctrl-U Enter
expect a name is needed
keys Esc
# one session, then one message of it
keys Enter F2 Shift-Tab Shift-Tab Ctrl-U
type one.txt
keys Enter
expect saved 1 session to ./one.txt
wrote RCPT TO:<carla@office.example>
refuse secret
keys m Enter s Ctrl-U
type part.txt
keys Enter
expect saved to ./part.txt
wrote Shall we meet at the café?
shot
keys s Ctrl-U
type full.txt
keys Enter
expect not saved: full.txt: No space left on device
keys s Ctrl-U
type nowhere/part.txt
keys Enter
expect nowhere: there is no such folder
